using System.Globalization;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class PodDisruptionBudgetRules
{
    public static KindRules Rules { get; } =
        new()
        {
            CheckName = NameRules.PathSegment,
            Default = static budget => budget.Ensure("spec"),
            PrepareCreate = static budget =>
                budget["status"] = new JsonObject
                {
                    ["disruptionsAllowed"] = 0,
                    ["currentHealthy"] = 0,
                    ["desiredHealthy"] = 0,
                    ["expectedPods"] = 0,
                },
            Validate = static (budget, _, errors) =>
            {
                JsonObject? spec = budget.Object("spec");
                if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
                    errors.Invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
                CheckBound(spec, "minAvailable", errors);
                CheckBound(spec, "maxUnavailable", errors);
                SelectorRules.Validate(spec.Object("selector"), "spec.selector", errors);
            },
        };

    private static void CheckBound(JsonObject? spec, string member, FieldErrors errors)
    {
        if (spec.Number(member) is < 0 and var count)
            errors.Invalid("spec." + member, count, "must be greater than or equal to 0");
        if (spec.Text(member) is not { } text)
            return;
        bool isPercentage =
            text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isPercentage)
        {
            errors.Invalid(
                "spec." + member,
                text,
                "a valid percent string must be a numeric string followed by an ending '%' "
                    + "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
            );
        }
        else if (int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) > 100)
        {
            errors.Invalid("spec." + member, text, "must not be greater than 100%");
        }
    }
}
