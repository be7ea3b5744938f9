using System.Text;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Certificate signing requests: they can be approved and denied, but have no signer.</summary>
internal static class CertificateRules
{
    private const string Immutable = "field is immutable";

    public static KindRules Requests { get; } =
        new()
        {
            PrepareCreate = WorkloadRules.EmptyStatus,
            Validate = static (item, _, errors) =>
            {
                JsonObject spec = item.Ensure("spec");
                string request = spec.Text("request") ?? "",
                    signer = spec.Text("signerName") ?? "";
                if (!IsRequest(request))
                    errors.Invalid("spec.request", request, "PEM block type must be CERTIFICATE REQUEST");
                if (spec.Array("usages") is not { Count: > 0 })
                    errors.Required("spec.usages");
                if (signer.Length == 0)
                    errors.Required("spec.signerName");
                else if (!signer.Contains('/', StringComparison.Ordinal))
                    errors.Invalid(
                        "spec.signerName",
                        signer,
                        "must be a fully qualified domain and path of the form 'example.com/signer-name'"
                    );
            },
            ValidateUpdate = static (item, old, errors) =>
            {
                if (!JsonNode.DeepEquals(item["spec"], old["spec"]))
                    errors.Invalid("spec", item["spec"], Immutable);
            },
        };

    /// <summary>The server sets the requester, whatever the client sent.</summary>
    public static void SetRequester(JsonObject request, UserInfo user)
    {
        JsonObject spec = request.Ensure("spec");
        foreach (string member in (ReadOnlySpan<string>)["username", "uid", "groups", "extra"])
            spec.Remove(member);
        foreach ((string member, JsonNode? value) in user.ToJson())
            spec[member] = value?.DeepClone();
    }

    private static bool IsRequest(string request)
    {
        var bytes = new byte[request.Length];
        return Convert.TryFromBase64String(request, bytes, out int length)
            && Encoding.UTF8.GetString(bytes, 0, length).Contains("-----BEGIN CERTIFICATE REQUEST-----", StringComparison.Ordinal);
    }
}
