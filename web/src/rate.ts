const kWindowSeconds = 5;

// How fast something goes, over the last few seconds.
export class Rate {
  private readonly samples: { amount: number; seconds: number }[] = [];

  // Takes in the amount so far, and answers the amount a second; 0 while that can't be said.
  at(amount: number, seconds: number): number {
    this.samples.push({ amount, seconds });
    while (this.samples.length > 2 && seconds - this.samples[1]!.seconds > kWindowSeconds) this.samples.shift();
    const first = this.samples[0]!;
    const passed = seconds - first.seconds;
    return passed < 0.5 ? 0 : (amount - first.amount) / passed;
  }
}
