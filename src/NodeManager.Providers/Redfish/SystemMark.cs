using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Providers.Redfish;

/// <summary>
/// Whose a server is, written into its asset tag as one more word: <c>nodesmith:1f2e3d:claim-uid</c>, the middle part standing for the
/// owner. What else the tag says is kept.
/// </summary>
internal sealed record SystemMark(string Tag, string OwnerHash, string ClaimUid)
{
    /// <summary>What controllers keep of an asset tag without cutting it.</summary>
    public const int MaximumLength = 63;

    public static SystemMark Of(string tag, string owner, string claimUid) =>
        new(tag, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)).AsSpan(0, 3)), claimUid);

    /// <summary>Null for an unclaimed server.</summary>
    public static SystemMark? Parse(string tag, string? assetTag) =>
        Words(assetTag).Select(static word => word.Split(':')).FirstOrDefault(parts => parts.Length == 3 && parts[0] == tag) is { } found
            ? new(tag, found[1], found[2])
            : null;

    /// <summary>The asset tag with this mark instead of any other.</summary>
    public string AddTo(string? assetTag) => string.Join(' ', [.. Words(RemoveFrom(Tag, assetTag)), $"{Tag}:{OwnerHash}:{ClaimUid}"]);

    public static string RemoveFrom(string tag, string? assetTag) => string.Join(' ', Words(assetTag).Where(word => !word.StartsWith(tag + ":", StringComparison.Ordinal)));

    private static string[] Words(string? assetTag) => (assetTag ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Where marks of servers are kept.</summary>
internal interface ISystemMarks
{
    /// <summary>The asset tag as it is now, and the ETag that a change must name.</summary>
    Task<(string AssetTag, string? ETag)> ReadAsync(RedfishServer server, CancellationToken cancellationToken);

    Task WriteAsync(RedfishServer server, string assetTag, string? etag, CancellationToken cancellationToken);
}

/// <summary>In the server's own <c>AssetTag</c>.</summary>
internal sealed class AssetTagMarks : ISystemMarks
{
    public async Task<(string AssetTag, string? ETag)> ReadAsync(RedfishServer server, CancellationToken cancellationToken)
    {
        (RedfishComputer computer, string? etag) = await server.ReadAsync(cancellationToken);
        return (computer.AssetTag ?? "", etag);
    }

    public async Task WriteAsync(RedfishServer server, string assetTag, string? etag, CancellationToken cancellationToken) =>
        await server.Api.PatchAsync(await server.GetPathAsync(cancellationToken), new JsonObject { ["AssetTag"] = assetTag }, etag, cancellationToken);
}
