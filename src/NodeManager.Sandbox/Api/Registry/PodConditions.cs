using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Conditions in a status: one a type, with the time when it last turned.</summary>
internal static class PodConditions
{
    public static void Set(JsonObject status, string type, string value, string now, string? reason = null, string? message = null)
    {
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        JsonObject? condition = conditions.OfType<JsonObject>().FirstOrDefault(one => one.Text("type") == type);
        if (condition is null)
        {
            condition = new() { ["type"] = type, ["status"] = "", ["lastProbeTime"] = null };
            conditions.Add(condition);
        }

        if (condition.Text("status") != value) condition["lastTransitionTime"] = now;
        condition["status"] = value;
        SetOrRemove(condition, "reason", reason);
        SetOrRemove(condition, "message", message);
    }

    /// <summary>Puts a condition behind all others, where it is there.</summary>
    public static void MoveToEnd(JsonObject status, string type)
    {
        if (status["conditions"] is not JsonArray conditions || conditions.OfType<JsonObject>().FirstOrDefault(one => one.Text("type") == type) is not { } condition) return;
        conditions.Remove(condition);
        conditions.Add(condition);
    }

    private static void SetOrRemove(JsonObject condition, string member, string? value)
    {
        if (value is null) condition.Remove(member);
        else condition[member] = value;
    }
}
