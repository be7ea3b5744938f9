using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Nodes;

/// <summary>
/// The list of nodes as JSON, in groups that are serialized and compressed again only where a node or an age changed. Thread-safe.
/// </summary>
internal sealed class NodeListing(IOptions<JsonOptions> json)
{
    private const int GroupSize = 64;

    // Of a node's text, in bytes: few buffers have to grow.
    private const int UsualLength = 1024;

    private static readonly GzipText Opening = new("["u8.ToArray());
    private static readonly GzipText Separator = new(","u8.ToArray());
    private static readonly GzipText Closing = new("]"u8.ToArray());

    private readonly Lock _gate = new();
    private Group?[] _groups = [];

    /// <summary>The parts of an array, and an entity tag of its content.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="page">Which of them the array contains. Groups of which it contains only a part are not kept.</param>
    /// <param name="now">For ages.</param>
    public (IReadOnlyList<GzipText> Parts, string Tag) Of(IReadOnlyList<ClusterNode> nodes, Range page, DateTimeOffset now)
    {
        (int start, int count) = page.GetOffsetAndLength(nodes.Count);
        List<GzipText> parts = [Opening];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        lock (_gate)
        {
            Array.Resize(ref _groups, (nodes.Count + GroupSize - 1) / GroupSize);
            int first = start / GroupSize,
                after = (start + count + GroupSize - 1) / GroupSize;
            Group[] groups = new Group[count == 0 ? 0 : after - first];
            // All of them are new to a first reader, and when the clock passes an age that many nodes share.
            Parallel.For(0, groups.Length, i => groups[i] = GroupAt(first + i, nodes, start, start + count, now));
            foreach (Group group in groups)
            {
                if (parts.Count > 1)
                    parts.Add(Separator);
                parts.Add(group.Text);
                hash.AppendData(group.Hash);
            }
        }

        parts.Add(Closing);
        // Weak: the compressed bytes differ from the plain ones.
        return (parts, $"W/\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"");
    }

    // Those of the group between start and end.
    private Group GroupAt(int index, IReadOnlyList<ClusterNode> nodes, int start, int end, DateTimeOffset now)
    {
        int groupStart = index * GroupSize,
            groupEnd = Math.Min(groupStart + GroupSize, nodes.Count);
        int from = Math.Max(groupStart, start),
            to = Math.Min(groupEnd, end);
        ClusterNode[] some = [.. nodes.Skip(from).Take(to - from)];
        return from == groupStart && to == groupEnd ? _groups[index] = Renew(_groups[index], some, now) : Write(some, now);
    }

    private Group Renew(Group? known, ClusterNode[] nodes, DateTimeOffset now) =>
        known is not null
        && known.Nodes.AsSpan().SequenceEqual(nodes, ReferenceComparer)
        && known.Ages.AsSpan().SequenceEqual(AgesOf(nodes, now))
            ? known
            : Write(nodes, now);

    private Group Write(ClusterNode[] nodes, DateTimeOffset now)
    {
        JsonSerializerOptions options = json.Value.SerializerOptions;
        ArrayBufferWriter<byte> text = new(nodes.Length * UsualLength);
        using (Utf8JsonWriter writer = new(text, new() { Encoder = options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartArray();
            foreach (ClusterNode node in nodes)
                JsonSerializer.Serialize(writer, node.ToApi(now), options);
            writer.WriteEndArray();
        }

        // Without the brackets: groups are parts of one array.
        byte[] bytes = text.WrittenSpan[1..^1].ToArray();
        return new(nodes, AgesOf(nodes, now), new(bytes), SHA256.HashData(bytes));
    }

    private static string[] AgesOf(ClusterNode[] nodes, DateTimeOffset now) => [.. nodes.Select(node => NodeMapping.AgeOf(node, now))];

    private static IEqualityComparer<ClusterNode> ReferenceComparer { get; } =
        EqualityComparer<ClusterNode>.Create(static (a, b) => ReferenceEquals(a, b));

    private sealed record Group(ClusterNode[] Nodes, string[] Ages, GzipText Text, byte[] Hash);
}
