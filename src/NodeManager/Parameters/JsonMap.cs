using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Parameters;

/// <summary>Converts hashtables, and objects of ConvertFrom-Json, to JSON with their types.</summary>
internal static class JsonMap
{
    private const int MaximumDepth = 32;

    /// <exception cref="NodeManagerException">NodePoolInvalid: a value has no JSON representation.</exception>
    public static JsonNode? From(object? value, int depth = 0)
    {
        if (depth > MaximumDepth)
            throw Refuse(value, $"it is nested more than {MaximumDepth} levels deep, or contains itself");
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null => null,
            JsonNode node => node.DeepClone(),
            string text => JsonValue.Create(text),
            bool flag => JsonValue.Create(flag),
            SwitchParameter flag => JsonValue.Create(flag.IsPresent),
            sbyte or byte or short or ushort or int or uint or long => JsonValue.Create(
                Convert.ToInt64(plain, CultureInfo.InvariantCulture)
            ),
            ulong or float or double or decimal => FromNumber(plain),
            TimeSpan duration => JsonValue.Create(PoolDuration.Format(duration)),
            DateTime or DateTimeOffset => JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{plain:O}")),
            Enum or Guid or Uri or Version or char => JsonValue.Create(Convert.ToString(plain, CultureInfo.InvariantCulture)),
            IDictionary map => new JsonObject(
                map.Cast<DictionaryEntry>()
                    .Select(entry =>
                        KeyValuePair.Create(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", From(entry.Value, depth + 1))
                    )
            ),
            PSObject custom => new JsonObject(
                custom.Properties.Select(property => KeyValuePair.Create(property.Name, From(property.Value, depth + 1)))
            ),
            IEnumerable list and not ScriptBlock => new JsonArray([.. list.Cast<object?>().Select(item => From(item, depth + 1))]),
            _ => throw Refuse(plain, $"a {plain.GetType().Name} has no place in JSON"),
        };
    }

    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static JsonObject ObjectFrom(object? value) =>
        From(value) as JsonObject ?? throw Refuse(value, "it is not a hashtable or an object");

    private static JsonValue FromNumber(object number)
    {
        try
        {
            return JsonValue.Create(Convert.ToDecimal(number, CultureInfo.InvariantCulture));
        }
        catch (OverflowException)
        {
            throw Refuse(number, "the number is out of range");
        }
    }

    private static NodeManagerException Refuse(object? value, string why) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidArgument,
            $"The value '{value}' cannot be sent: {why}.",
            value,
            "Use hashtables, lists, text, numbers and booleans."
        );
}
