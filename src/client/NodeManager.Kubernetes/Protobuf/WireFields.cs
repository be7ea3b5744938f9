using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// Reads values of fields. The server always writes non-pointer fields, also empty ones, which JSON omits. Text is interned.
/// </summary>
internal static class WireFields
{
    public static string Shared(this in WireReader field) => SharedStrings.Get(field.Bytes);

    /// <returns>Null for an empty text.</returns>
    public static string? SharedOrNull(this in WireReader field) => field.Bytes.IsEmpty ? null : field.Shared();

    public static bool IsTrue(this in WireReader field) => field.Value != 0;

    /// <returns>Null for false.</returns>
    public static bool? TrueOrNull(this in WireReader field) => field.Value != 0 ? true : null;

    /// <returns>Null for zero.</returns>
    public static int? IntegerOrNull(this in WireReader field) => field.Value == 0 ? null : (int)field.Value;

    public static List<T> Add<T>(this in WireReader field, List<T>? list, WireItem<T> read)
    {
        list ??= new(field.Repeats());
        list.Add(read(field.Bytes));
        return list;
    }

    /// <inheritdoc cref="WireReader.Decode{T}"/>
    public static List<T> Add<T>(this in WireReader field, List<T>? list, T item, WireField<T> read)
    {
        list ??= new(field.Repeats());
        list.Add(WireReader.Decode(field.Bytes, item, read));
        return list;
    }

    /// <inheritdoc cref="WireReader.Decode{T}"/>
    public static T Fill<T>(this in WireReader field, T item, WireField<T> read) => WireReader.Decode(field.Bytes, item, read);

    public static Dictionary<string, T> AddEntry<T>(this in WireReader field, Dictionary<string, T>? entries, WireItem<T> read)
    {
        string key = "";
        T value = read(default);
        var entry = new WireReader(field.Bytes);
        while (entry.Read())
        {
            if (entry.FieldNumber == 1)
                key = entry.Shared();
            else if (entry.FieldNumber == 2)
                value = read(entry.Bytes);
        }

        entries ??= new(field.Repeats());
        entries[key] = value;
        return entries;
    }

    public static Quantity ReadQuantity(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader.FieldNumber != 1)
                continue;
            return Quantity.TryParse(reader.Shared(), out Quantity quantity)
                ? quantity
                : throw new InvalidDataException("A quantity is not one.");
        }

        return default;
    }

    /// <returns>Null for the empty message that the server writes without a time.</returns>
    public static DateTimeOffset? ReadTime(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
            return null;
        long seconds = 0,
            nanoseconds = 0;
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader.FieldNumber == 1)
                seconds = (long)reader.Value;
            else if (reader.FieldNumber == 2)
                nanoseconds = (long)reader.Value;
        }

        return seconds is >= -62135596800 and <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new InvalidDataException("A time is beyond the years that can be written.");
    }
}
