// The demo page: what a CRM's own page would do with the element.

import { ClickToCallElement } from "../src/element.js";

const field = (id) => document.getElementById(id);
const log = field("log");

ClickToCallElement.token = () => field("token").value;

const apply = () => {
  for (const element of document.querySelectorAll("click-to-call")) {
    element.setAttribute("endpoint", field("endpoint").value);
  }
};
field("endpoint").addEventListener("input", apply);
field("setup").addEventListener("submit", (event) => event.preventDefault());
apply();

for (const name of ["call-asked", "call-placed", "call-refused"]) {
  document.addEventListener(name, (event) => {
    const { detail } = event;
    const said =
      name === "call-asked" ? detail.to : name === "call-placed" ? detail.callSid : detail.code;
    const line = document.createElement("li");
    line.textContent = `${name}  ${said}`;
    log.prepend(line);
  });
}
