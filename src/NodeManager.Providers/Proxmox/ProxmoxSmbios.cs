using System.Security.Cryptography;
using System.Text;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>
/// SMBIOS type 1, the only way to pass data into a guest before it boots with an API token: cloud-init snippets cannot be uploaded, and
/// <c>args</c> require root.
/// </summary>
internal static class ProxmoxSmbios
{
    /// <summary>The longest value that Proxmox accepts.</summary>
    public const int MaximumLength = 512;

    /// <summary>Sets the taints as SKU and keeps other fields.</summary>
    /// <param name="existing">Null or empty: none.</param>
    /// <exception cref="ProviderException">Invalid: too long.</exception>
    public static string WithTaints(string? existing, MachineRequest request)
    {
        string[][] fields =
        [
            .. (existing ?? "")
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(static one => one.Split('=', 2))
                .Where(static one => one.Length == 2),
        ];
        bool isEncoded = fields.Any(static one => one is ["base64", "1"]);
        // A machine without a UUID of its own could have its template's.
        string uuid = fields.FirstOrDefault(static one => one[0] == "uuid") is { } known ? known[1] : UuidOf(request.ClaimUid);
        List<string> parts = [$"uuid={uuid}", "base64=1"];
        parts.AddRange(
            fields
                .Where(static one => one[0] is not ("uuid" or "base64" or "sku"))
                .Select(one => $"{one[0]}={(isEncoded ? one[1] : Encode(one[1]))}")
        );
        parts.Add($"sku={Encode(string.Join(',', request.Taints))}");
        string text = string.Join(',', parts);
        return text.Length <= MaximumLength
            ? text
            : throw new ProviderException(
                MachineOutcome.Invalid,
                $"The taints of pool {request.Pool} are too long for SMBIOS: {text.Length} characters, Proxmox takes {MaximumLength}. Use fewer taints, or set taintsInSmbios to false."
            );
    }

    private static string UuidOf(string claimUid) =>
        (Guid.TryParse(claimUid, out Guid uid) ? uid : new(SHA256.HashData(Encoding.UTF8.GetBytes(claimUid)).AsSpan(0, 16))).ToString();

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
