namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary><c>spec.podFailurePolicy</c>: the first matching rule applies.</summary>
internal sealed class JobFailurePolicy
{
    private readonly JsonObject[] _rules;

    private JobFailurePolicy(JsonObject policy) => _rules = [.. policy.Objects("rules")];

    public static JobFailurePolicy? Read(JsonObject? policy) => policy is null ? null : new(policy);

    public bool Ignores(StoredObject pod) => Find(pod) is { Rule: var rule } && rule.Text("action") == "Ignore";

    /// <summary>The message of a job that a pod's failure ends; null for none.</summary>
    public string? FailsJob(StoredObject pod)
    {
        if (Find(pod) is not { } found || found.Rule.Text("action") != "FailJob")
            return null;
        string name = $"{pod.Namespace}/{pod.Name}",
            rule = $"matching FailJob rule at index {Array.IndexOf(_rules, found.Rule)}";
        return found.Container is { } container
            ? $"Container {container.Text("name")} for pod {name} failed with exit code {container.Object("state").Object("terminated").Number("exitCode")} {rule}"
            : $"Pod {name} has condition {found.Condition} {rule}";
    }

    private (JsonObject Rule, JsonObject? Container, string? Condition)? Find(StoredObject pod)
    {
        JsonObject? status = pod.ToJson().Object("status");
        foreach (JsonObject rule in _rules)
        {
            if (rule.Object("onExitCodes") is { } codes)
            {
                if (Ended(status, codes) is { } container)
                    return (rule, container, null);
            }
            else if (Fits(status, rule) is { } condition)
            {
                return (rule, null, condition);
            }
        }

        return null;
    }

    private static JsonObject? Ended(JsonObject? status, JsonObject codes)
    {
        long[] values = [.. (codes.Array("values") ?? []).Select(static one => one.AsNumber() ?? 0)];
        bool isIn = codes.Text("operator") == "In";
        return (status.Array("containerStatuses") ?? [])
            .Concat(status.Array("initContainerStatuses") ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(container =>
                (codes.Text("containerName") is null || codes.Text("containerName") == container.Text("name"))
                && container.Object("state").Object("terminated").Number("exitCode") is { } code and not 0
                && values.Contains(code) == isIn
            );
    }

    private static string? Fits(JsonObject? status, JsonObject rule) =>
        status
            .Objects("conditions")
            .FirstOrDefault(condition =>
                rule.Objects("onPodConditions")
                    .Any(wanted => wanted.Text("type") == condition.Text("type") && wanted.Text("status") == condition.Text("status"))
            )
            .Text("type");
}
