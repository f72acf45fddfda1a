// Where the page begins.

import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";
import "./style/screens.css";

import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const root = document.getElementById("page");
if (root) createRoot(root).render(<App />);
