using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Kinds.Errors;

/// <summary>A refusal, as the API says it.</summary>
internal sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary><c>NotFound</c>, <c>Conflict</c>, <c>AlreadyExists</c>, <c>Invalid</c>, …; empty where the API gives none.</summary>
    public string Reason { get; } = reason;

    /// <summary>What the client is told beside: for example which of its fields there are not.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    public int? RetryAfterSeconds => (int?)details?["retryAfterSeconds"];

    /// <summary>The Status object that a client gets.</summary>
    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
            status["reason"] = Reason;
        if (details is not null)
            status["details"] = details.DeepClone();
        status["code"] = Code;
        return status;
    }
}
