using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// Shares equal read-only dictionaries of amounts: nodes of a kind have the same capacity. A fixed-size table; a collision replaces the
/// entry. Thread-safe.
/// </summary>
internal static class SharedAmounts
{
    private const int Longest = 1024;

    private static readonly KnownAmounts?[] Places = new KnownAmounts?[256];

    /// <summary>Adds consecutive fields of this number, starting with the current one.</summary>
    public static Dictionary<string, Quantity> Add(ref WireReader reader, Dictionary<string, Quantity>? amounts)
    {
        // The fields of a map need not be consecutive.
        if (amounts is not null)
            return reader.AddEntry(new(amounts), WireFields.ReadQuantity);
        ReadOnlySpan<byte> message = reader.Run();
        if (message.Length > Longest)
            return Read(message);
        ref KnownAmounts? place = ref Places[SharedStrings.Hash(message) % (uint)Places.Length];
        KnownAmounts? seen = place;
        return seen is not null && message.SequenceEqual(seen.Message)
            ? seen.Amounts
            : (place = new(message.ToArray(), Read(message))).Amounts;
    }

    private static Dictionary<string, Quantity> Read(ReadOnlySpan<byte> message)
    {
        Dictionary<string, Quantity>? amounts = null;
        var reader = new WireReader(message);
        while (reader.Read())
            amounts = reader.AddEntry(amounts, WireFields.ReadQuantity);
        return amounts ?? [];
    }

    private sealed record KnownAmounts(byte[] Message, Dictionary<string, Quantity> Amounts);
}
