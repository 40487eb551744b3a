import { AccessMode, RolloutStrategy } from "../../../../components";
import { refuses, refusesValues } from "../../refusals";

refusesValues("rollout.strategy", [["rollout.strategy", "Rolling", 'must be one of "Surge", "Recreate"']]);

refuses("rollout.strategy", {
    "Surge with a ReadWriteOncePod volume": {
        of: {
            rollout: { strategy: RolloutStrategy.Surge },
            storage: { volume: { accessMode: AccessMode.ReadWriteOncePod } },
        },
        says: [
            "rollout.strategy: a second pod cannot mount a ReadWriteOncePod volume; use `Recreate`, or accessMode `ReadWriteOnce`",
        ],
    },
});
