using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class BudgetRules
{
    public static KindRules Rules { get; } = new()
    {
        Default = static budget => budget.Ensure("spec"),
        PrepareCreate = static budget => budget["status"] = new JsonObject
        {
            ["disruptionsAllowed"] = 0, ["currentHealthy"] = 0, ["desiredHealthy"] = 0, ["expectedPods"] = 0,
        },
        Validate = static (budget, _, errors) =>
        {
            JsonObject? spec = budget.Object("spec");
            if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
                errors.Invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        },
    };
}
