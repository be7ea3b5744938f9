using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Reads and writes the conditions in a document's status: one a type, with the time when its status last changed.</summary>
internal static class Conditions
{
    /// <summary>Sets a condition; its transition time moves only where its status does.</summary>
    public static void SetCondition(this JsonObject status, string type, string value, string now, string? reason = null, string? message = null)
    {
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        JsonObject? condition = conditions.OfType<JsonObject>().FirstOrDefault(candidate => candidate.Text("type") == type);
        if (condition is null) conditions.Add(condition = new() { ["type"] = type });
        if (condition.Text("status") != value || condition["lastTransitionTime"] is null) condition["lastTransitionTime"] = now;
        condition["status"] = value;
        Set(condition, "reason", reason);
        Set(condition, "message", message);
    }

    /// <summary>
    /// As <see cref="SetCondition"/>, for pods: a condition that is new has a probe time, which is null.
    /// </summary>
    public static void SetPodCondition(this JsonObject status, string type, string value, string now, string? reason = null, string? message = null)
    {
        if (status.Condition(type) is null)
        {
            if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
            conditions.Add(new JsonObject { ["type"] = type, ["status"] = "", ["lastProbeTime"] = null });
        }

        status.SetCondition(type, value, now, reason, message);
    }

    /// <summary>Puts a condition behind all others, where it is there.</summary>
    public static void MoveConditionToEnd(this JsonObject status, string type)
    {
        if (status.Condition(type) is not { Parent: JsonArray conditions } condition) return;
        conditions.Remove(condition);
        conditions.Add(condition);
    }

    /// <summary>The condition is there and its status is True.</summary>
    public static bool HasCondition(this JsonObject? status, string type) => status.Condition(type).Text("status") == "True";

    public static JsonObject? Condition(this JsonObject? status, string type) =>
        status.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(candidate => candidate.Text("type") == type);

    private static void Set(JsonObject condition, string member, string? value)
    {
        if (value is null) condition.Remove(member);
        else condition[member] = value;
    }
}
