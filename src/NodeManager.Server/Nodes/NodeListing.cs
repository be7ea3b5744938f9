using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Nodes;

/// <summary>
/// The list of nodes as JSON, in groups that are serialized and compressed again only where a node or an age changed. Each group is a line,
/// so that a client can read a part of the array. Thread-safe.
/// </summary>
internal sealed class NodeListing(IOptions<JsonOptions> json)
{
    private const int GroupSize = 64;

    private static readonly GzipText Empty = new("[]"u8.ToArray());
    private static readonly GzipText End = new("]"u8.ToArray());

    private readonly Lock _gate = new();
    private Group[] _groups = [];

    /// <summary>The parts of the array, and an entity tag of their content.</summary>
    public (IReadOnlyList<GzipText> Parts, string Tag) Of(IReadOnlyList<ClusterNode> nodes, DateTimeOffset now)
    {
        lock (_gate)
        {
            _groups = [.. nodes.Chunk(GroupSize).Select((some, index) => Renew(_groups.ElementAtOrDefault(index), some, now, index == 0))];
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (Group group in _groups)
                hash.AppendData(group.Hash);
            // Weak: the compressed bytes differ from the plain ones.
            string tag = $"W/\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"";
            return (_groups.Length == 0 ? [Empty] : [.. _groups.Select(static group => group.Text), End], tag);
        }
    }

    private Group Renew(Group? known, ClusterNode[] nodes, DateTimeOffset now, bool isFirst)
    {
        string[] ages = [.. nodes.Select(node => NodeMapping.AgeOf(node, now))];
        if (known is not null && known.Nodes.AsSpan().SequenceEqual(nodes, ReferenceComparer) && known.Ages.AsSpan().SequenceEqual(ages))
            return known;
        using var text = new MemoryStream();
        for (int i = 0; i < nodes.Length; i++)
        {
            text.Write(
                i > 0 ? ","u8
                : isFirst ? "["u8
                : "\n,"u8
            );
            JsonSerializer.Serialize(text, nodes[i].ToApi(now), json.Value.SerializerOptions);
        }

        byte[] bytes = text.ToArray();
        return new(nodes, ages, new(bytes), SHA256.HashData(bytes));
    }

    private static IEqualityComparer<ClusterNode> ReferenceComparer { get; } =
        EqualityComparer<ClusterNode>.Create(static (a, b) => ReferenceEquals(a, b));

    private sealed record Group(ClusterNode[] Nodes, string[] Ages, GzipText Text, byte[] Hash);
}
