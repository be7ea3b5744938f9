using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Yaml;
using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>
/// Converts scalars to text, bool, long, double or null, by the YAML 1.1 rules of Kubernetes' reader (<c>yes</c> is true).
/// </summary>
public static partial class YamlScalar
{
    private const string Standard = "tag:yaml.org,2002:";

    public static object? Resolve(YamlNode node) =>
        node.Tag switch
        {
            null => node.Style is ScalarStyle.Plain or ScalarStyle.Any ? Resolve(node.Text) : node.Text,
            Standard + "int" or Standard + "float" or Standard + "bool" or Standard + "null" => Resolve(node.Text),
            // Any other tag, such as a user-defined one, is text.
            _ => node.Text,
        };

    /// <summary>True if Kubernetes' reader can convert the scalar to its tag.</summary>
    internal static bool FitsItsTag(YamlNode node) =>
        node.Tag switch
        {
            Standard + "int" => Resolve(node.Text) is long,
            Standard + "float" => Resolve(node.Text) is long or double,
            Standard + "bool" => Resolve(node.Text) is bool,
            Standard + "null" => Resolve(node.Text) is null,
            Standard + "timestamp" => Resolve(node.Text) is string,
            _ => true,
        };

    /// <summary>The integer of a value on the wire, where a float without a fraction counts; null for others.</summary>
    public static long? Whole(object? value) =>
        value switch
        {
            long number => number,
            double number when Math.Truncate(number) == number && number is >= long.MinValue and < -(double)long.MinValue => (long)number,
            _ => null,
        };

    public static object? Resolve(string text) => PlainScalar.Resolve(text);

    /// <summary>Plain if that parses to the same value, else in double quotes.</summary>
    public static string Write(object? value, bool quoted = false) =>
        value switch
        {
            null => "null",
            bool truth => truth ? "true" : "false",
            double number => Float(number),
            string text => quoted || !CanBePlain(text) ? Quote(text) : text,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => Quote(value.ToString() ?? ""),
        };

    private static string Float(double number)
    {
        if (double.IsNaN(number))
            return ".nan";
        if (double.IsInfinity(number))
            return number > 0 ? ".inf" : "-.inf";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal))
            return text.Contains('.', StringComparison.Ordinal) ? text : text.Replace("E", ".0E", StringComparison.Ordinal);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static bool CanBePlain(string text) => PlainPattern().IsMatch(text) && Resolve(text) is string && !DatePattern().IsMatch(text);

    private static string Quote(string text)
    {
        var quoted = new System.Text.StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF' => quoted
                    .Append("\\u")
                    .Append(((int)character).ToString("X4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_./][A-Za-z0-9_./ +=@-]*(?<! )\z|\A[A-Za-z0-9_./][A-Za-z0-9_./+=@:-]*[A-Za-z0-9_./+=@-]\z")]
    private static partial Regex PlainPattern();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|\A[0-9]+(:[0-9]+)+")]
    private static partial Regex DatePattern();
}
