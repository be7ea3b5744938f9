using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Pools;

/// <summary>A refusal in the service's error format.</summary>
internal sealed class PoolRefusal(int status, string code, string message, string details = "") : Exception(message)
{
    public ApiResponse Answer =>
        ApiResponse.Json(
            new()
            {
                ["error"] = new JsonObject
                {
                    ["code"] = code,
                    ["message"] = Message,
                    ["details"] = details,
                },
            },
            status
        );

    public static PoolRefusal Invalid(string details) => new(400, "VALIDATION_ERROR", "Validation failed", details);

    public static PoolRefusal NotFound(string kind) => new(404, "NOT_FOUND", $"{kind} not found");

    public static PoolRefusal Unauthorized() => new(401, "UNAUTHORIZED", "Unauthorized", "a valid bearer token is required");

    public static PoolRefusal Exists(string kind, string name, string where) =>
        new(409, "CONFLICT", $"{kind} with name '{name}' already exists{where}");
}
