using System.Security.Cryptography;
using System.Text;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>
/// SMBIOS of a machine, type 1: the one thing that Proxmox' API lets a token pass into a guest before it boots. Snippets of cloud-init cannot
/// be written by it, and <c>args</c> belong to root.
/// </summary>
internal static class ProxmoxSmbios
{
    /// <summary>The longest value that Proxmox takes.</summary>
    public const int MaximumLength = 512;

    /// <summary>The value with the taints of the request as its sku; other fields stay as they are.</summary>
    /// <param name="existing">Of the machine; null or empty: it has none.</param>
    /// <param name="request">Of the claim.</param>
    /// <exception cref="ProviderException">Invalid: they are too long.</exception>
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
        // A machine without one of its own could have that of its template.
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
