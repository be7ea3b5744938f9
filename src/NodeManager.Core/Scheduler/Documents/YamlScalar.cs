using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Yaml;
using YamlDotNet.Core;

namespace NodeManager.Core.Scheduler.Documents;

/// <summary>What a scalar means: text, bool, long, double or null, by the YAML 1.1 rules that Kubernetes' reader keeps (<c>yes</c> is true).</summary>
public static partial class YamlScalar
{
    private const string StringTag = "tag:yaml.org,2002:str";

    /// <summary>The value of a scalar node.</summary>
    public static object? Resolve(YamlNode node)
    {
        if (node.Tag is StringTag or "!" || node.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
            return node.Text;
        return Resolve(node.Text);
    }

    /// <summary>The value of a plain scalar.</summary>
    public static object? Resolve(string text) => PlainScalar.Resolve(text);

    /// <summary>A scalar as YAML text: plain where that reads back as the same value, else in double quotes.</summary>
    public static string Write(object? value, bool quoted = false) => value switch
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

    private static bool CanBePlain(string text) =>
        PlainPattern().IsMatch(text) && Resolve(text) is string && !DatePattern().IsMatch(text);

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
                < ' ' or '\u007F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF' =>
                    quoted.Append("\\u").Append(((int)character).ToString("X4", CultureInfo.InvariantCulture)),
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
