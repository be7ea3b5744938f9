using System.Globalization;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Requests;

internal sealed class QueryParameters
{
    private readonly List<(string Key, string Value)> _pairs = [];

    /// <param name="query">With or without the question mark.</param>
    public QueryParameters(string query)
    {
        foreach (string part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int sign = part.IndexOf('=', StringComparison.Ordinal);
            _pairs.Add(sign < 0 ? (Decode(part), "") : (Decode(part[..sign]), Decode(part[(sign + 1)..])));
        }
    }

    /// <summary>The first value; null for none.</summary>
    public string? this[string key] => _pairs.FirstOrDefault(pair => pair.Key == key) is { Key: not null } found ? found.Value : null;

    /// <summary>As the API reads flags: any value except <c>0</c> and <c>false</c>.</summary>
    public bool IsTrue(string key) => this[key] is { } value && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    public IEnumerable<string> All(string key) => _pairs.Where(pair => pair.Key == key).Select(static pair => pair.Value);

    public long? Number(string key)
    {
        string? text = this[key];
        if (text is null)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return number;
        bool isTooLarge = text.Length > 0 && text.TrimStart('-', '+').All(char.IsAsciiDigit);
        throw StatusErrors.BadRequest($"strconv.ParseInt: parsing \"{text}\": {(isTooLarge ? "value out of range" : "invalid syntax")}");
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
