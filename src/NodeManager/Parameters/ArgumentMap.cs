using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Hashtables of a plugin's arguments as YAML values, their types kept.</summary>
internal static class ArgumentMap
{
    public static Dictionary<string, object?> From(IDictionary? arguments)
    {
        var values = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in arguments ?? new Hashtable())
            values[Text(entry.Key)] = Value(entry.Value);
        return values;
    }

    private static object? Value(object? value)
    {
        if (value is PSObject wrapped)
            value = wrapped.BaseObject;
        switch (value)
        {
            case null or string or bool or long or double:
                return value;
            case SwitchParameter flag:
                return flag.IsPresent;
            case float or decimal:
                return Convert.ToDouble(value, CultureInfo.InvariantCulture);
            case sbyte or byte or short or ushort or int or uint:
                return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case IDictionary map:
                var values = new OrderedDictionary<string, object?>();
                foreach (DictionaryEntry entry in map)
                    values[Text(entry.Key)] = Value(entry.Value);
                return values;
            case IEnumerable list:
                return list.Cast<object?>().Select(Value).ToList();
            default:
                return Text(value);
        }
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
