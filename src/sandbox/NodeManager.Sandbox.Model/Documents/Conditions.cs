using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Reads and writes the conditions in a document's status: one a type, with the time when its status last changed.</summary>
internal static class Conditions
{
    // PodObservedGenerationTracking is on by default from 1.34 on.
    private const int ObservedFrom = 34;

    /// <summary>Sets a condition; its transition time moves only where its status does.</summary>
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

    /// <summary>
    /// As <see cref="SetCondition"/>, for pods: a condition that is new has a probe time, which is null.
    /// </summary>
    /// <param name="status">Of the pod.</param>
    /// <param name="type">Of the condition.</param>
    /// <param name="value">Its status.</param>
    /// <param name="now">The time.</param>
    /// <param name="reason">Null for none.</param>
    /// <param name="message">Null for none.</param>
    /// <param name="observed">The generation of the pod that it is about; null leaves that as it is.</param>
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

    /// <summary>The generation that conditions of a pod name; null where the version of Kubernetes does not name it.</summary>
    public static long? ObservedGeneration(JsonObject pod, int minor) =>
        minor >= ObservedFrom ? pod.Object("metadata").Number("generation") : null;

    /// <summary>Puts a condition behind all others, where it is there.</summary>
    public static void MoveConditionToEnd(this JsonObject status, string type)
    {
        if (status.Condition(type) is not { Parent: JsonArray conditions } condition)
            return;
        conditions.Remove(condition);
        conditions.Add(condition);
    }

    /// <summary>The condition is there and its status is True.</summary>
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
