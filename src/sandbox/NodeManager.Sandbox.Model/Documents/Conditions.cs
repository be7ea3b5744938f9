namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Reads and writes conditions of a status: one per type, with the time of its last transition.</summary>
internal static class Conditions
{
    // PodObservedGenerationTracking is on by default from 1.34 on.
    private const int ObservedFrom = 34;

    /// <summary>The transition time changes only with the status.</summary>
    public static void SetCondition(
        this JsonObject status,
        string type,
        string value,
        string now,
        string? reason = null,
        string? message = null
    )
    {
        if (status["conditions"] is not JsonArray conditions)
            status["conditions"] = conditions = [];
        JsonObject? condition = conditions.OfType<JsonObject>().FirstOrDefault(candidate => candidate.Text("type") == type);
        if (condition is null)
            conditions.Add(condition = new() { ["type"] = type });
        if (condition.Text("status") != value || condition["lastTransitionTime"] is null)
            condition["lastTransitionTime"] = now;
        condition["status"] = value;
        Set(condition, "reason", reason);
        Set(condition, "message", message);
    }

    /// <summary>As <see cref="SetCondition"/>; a new condition of a pod has a null probe time.</summary>
    /// <param name="observed">The observed generation of the pod; null leaves it unchanged.</param>
    public static void SetPodCondition(
        this JsonObject status,
        string type,
        string value,
        string now,
        string? reason = null,
        string? message = null,
        long? observed = null
    )
    {
        if (status.Condition(type) is null)
        {
            if (status["conditions"] is not JsonArray conditions)
                status["conditions"] = conditions = [];
            conditions.Add(
                new JsonObject
                {
                    ["type"] = type,
                    ["status"] = "",
                    ["lastProbeTime"] = null,
                }
            );
        }

        status.SetCondition(type, value, now, reason, message);
        if (observed is { } generation)
            status.Condition(type)!["observedGeneration"] = generation;
    }

    /// <summary>The observed generation in conditions of pods; null before the Kubernetes version that has it.</summary>
    public static long? ObservedGeneration(JsonObject pod, int minor) =>
        minor >= ObservedFrom ? pod.Object("metadata").Number("generation") : null;

    public static void MoveConditionToEnd(this JsonObject status, string type)
    {
        if (status.Condition(type) is not { Parent: JsonArray conditions } condition)
            return;
        conditions.Remove(condition);
        conditions.Add(condition);
    }

    public static bool HasCondition(this JsonObject? status, string type) => status.Condition(type).Text("status") == "True";

    public static JsonObject? Condition(this JsonObject? status, string type) =>
        status.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(candidate => candidate.Text("type") == type);

    private static void Set(JsonObject condition, string member, string? value)
    {
        if (value is null)
            condition.Remove(member);
        else
            condition[member] = value;
    }
}
