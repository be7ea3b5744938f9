using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>SelfSubjectAccessReview: everybody may do everything here.</summary>
internal static class AccessReviews
{
    private const string Path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    public static bool IsFor(ApiRequest request) => request.Path == Path && request.Method == "POST";

    public static async Task<ApiResponse> AnswerAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        JsonObject review = await RequestBody.ReadObjectAsync(request, "SelfSubjectAccessReview", cancellationToken);
        return ApiResponse.Json(
            new()
            {
                ["kind"] = "SelfSubjectAccessReview", ["apiVersion"] = "authorization.k8s.io/v1",
                ["metadata"] = new JsonObject { ["creationTimestamp"] = null },
                ["spec"] = review.Object("spec")?.DeepClone() ?? new JsonObject(),
                ["status"] = new JsonObject { ["allowed"] = true },
            },
            201);
    }
}
