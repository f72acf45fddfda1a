// The page is built to `dist`, which is committed: the server embeds it, and a machine without
// Node runs it. So what is built is the same everywhere: names without hashes, no source maps.

import { defineConfig } from "vite";

export default defineConfig({
  // Paths are relative: the page runs under any address, and asks its own host.
  base: "./",
  resolve: { preserveSymlinks: true },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Every package in it, with its version and the licence that it came with.
    license: { fileName: "licences.txt" },
    rollupOptions: {
      output: {
        entryFileNames: "page.js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:3000",
      "/auth": "http://127.0.0.1:3000",
      "/twilio-call": "http://127.0.0.1:3000",
    },
  },
});
