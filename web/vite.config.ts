import { defineConfig } from "vite";

// `npm run dev` serves the page with a vodmill on its usual port behind it.
const vodmill = "http://127.0.0.1:8080";

export default defineConfig({
  // Relative, so that the page works below any path of a reverse proxy.
  base: "./",
  build: {
    target: "es2022",
    // hls.js is half a megabyte, and the page needs it.
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
    // Nothing inline: the page is served under a strict Content-Security-Policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { "/v1": vodmill, "/play": vodmill } },
});
