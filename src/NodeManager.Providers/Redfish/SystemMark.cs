using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Providers.Redfish;

/// <summary>
/// A server's claim as a word in its asset tag: <c>nodesmith:1f2e3d:claim-uid</c> with the owner's hash. Other words are kept; if there is
/// too little room, the UID is shortened.
/// </summary>
internal sealed record SystemMark(string Tag, string OwnerHash, string ClaimUid)
{
    /// <summary>Controllers may truncate longer asset tags.</summary>
    public const int MaximumLength = 63;

    public static SystemMark Of(string tag, string owner, string claimUid) =>
        new(tag, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)).AsSpan(0, 3)), claimUid);

    /// <summary>Null for an unclaimed server.</summary>
    public static SystemMark? Parse(string tag, string? assetTag) =>
        Words(assetTag).Select(static word => word.Split(':')).FirstOrDefault(parts => parts.Length == 3 && parts[0] == tag) is { } found
            ? new(tag, found[1], Long(found[2]))
            : null;

    /// <summary>The asset tag with this mark in place of any other; longer than <see cref="MaximumLength"/> without room.</summary>
    public string AddTo(string? assetTag)
    {
        string full = With(ClaimUid);
        return full.Length <= MaximumLength ? full : With(Short(ClaimUid));

        string With(string uid) => string.Join(' ', [.. Words(RemoveFrom(Tag, assetTag)), $"{Tag}:{OwnerHash}:{uid}"]);
    }

    public static bool HasRoom(string tag, string? assetTag) => Of(tag, "", Guid.Empty.ToString()).AddTo(assetTag).Length <= MaximumLength;

    // 22 characters instead of 36.
    private static string Short(string uid) =>
        Guid.TryParseExact(uid, "D", out Guid guid) && guid.ToString() == uid
            ? Convert.ToBase64String(guid.ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_')
            : uid;

    private static string Long(string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return
            text.Length == 22
            && Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/') + "==", bytes, out int length)
            && length == 16
            ? new Guid(bytes).ToString()
            : text;
    }

    public static string RemoveFrom(string tag, string? assetTag) =>
        string.Join(' ', Words(assetTag).Where(word => !word.StartsWith(tag + ":", StringComparison.Ordinal)));

    private static string[] Words(string? assetTag) => (assetTag ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The storage of marks.</summary>
internal interface ISystemMarks
{
    /// <summary>The asset tag, and its ETag for a change.</summary>
    Task<(string AssetTag, string? ETag)> ReadAsync(RedfishServer server, CancellationToken cancellationToken);

    Task WriteAsync(RedfishServer server, string assetTag, string? etag, CancellationToken cancellationToken);

    /// <summary>The server can store a mark.</summary>
    bool CanMark(RedfishComputer computer);
}

/// <summary>In the server's <c>AssetTag</c>.</summary>
internal sealed class AssetTagMarks : ISystemMarks
{
    public async Task<(string AssetTag, string? ETag)> ReadAsync(RedfishServer server, CancellationToken cancellationToken)
    {
        (RedfishComputer computer, string? etag) = await server.ReadAsync(cancellationToken);
        return (computer.AssetTag ?? "", etag);
    }

    public async Task WriteAsync(RedfishServer server, string assetTag, string? etag, CancellationToken cancellationToken) =>
        await server.Api.PatchAsync(
            await server.GetPathAsync(cancellationToken),
            new JsonObject { ["AssetTag"] = assetTag },
            etag,
            cancellationToken
        );

    public bool CanMark(RedfishComputer computer) => computer.AssetTag is not null;
}
