namespace NodeManager.Sandbox.Model.Kinds.Errors;

/// <summary>A refusal with its Status.</summary>
internal sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>For example <c>NotFound</c>, <c>Conflict</c>; empty where the API has none.</summary>
    public string Reason { get; } = reason;

    /// <summary>Warning headers of the response, for example about unknown fields.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    public int? RetryAfterSeconds => (int?)details?["retryAfterSeconds"];

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
