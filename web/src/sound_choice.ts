import { element, make, show } from "./page";

// The menu below the picture, where the stream has more than one sound.
export class SoundChoice {
  private readonly menu = element<HTMLSelectElement>("sound");

  constructor(choose: (sound: number) => void) {
    this.menu.addEventListener("change", () => choose(this.menu.selectedIndex));
  }

  offer(names: string[], chosen: number): void {
    show("sounds", names.length > 1);
    this.menu.replaceChildren(...names.map((name) => make("option", name)));
    this.menu.selectedIndex = chosen;
  }
}
