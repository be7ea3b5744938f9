using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Writes conditions into a document's status.</summary>
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

    public static JsonObject? Condition(this JsonObject? status, string type) =>
        status.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(candidate => candidate.Text("type") == type);

    private static void Set(JsonObject condition, string member, string? value)
    {
        if (value is null) condition.Remove(member);
        else condition[member] = value;
    }
}
