import { refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("resources", [
    ["resources.requests.cpu", "fast", must.quantity],
    ["resources.requests.memory", "128 Mi", must.quantity],
    ["resources.limits.cpu", -1, must.quantity],
    ["resources.limits.memory", "512MB", must.quantity],
]);
