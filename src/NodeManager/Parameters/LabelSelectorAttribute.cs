using System.Collections;
using System.Globalization;
using NodeManager.Core.Nodes;

namespace NodeManager.Parameters;

/// <summary>
/// A label selector: text in kubectl syntax, or a hashtable (<c>@{ app = 'web'; tier = 'a','b' }</c>). PowerShell alone would convert a
/// hashtable to its class name, which selects nothing.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LabelSelectorAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        switch (Plain(inputData))
        {
            case null:
                return null;
            case string text:
                return text;
            case IDictionary map:
                try
                {
                    return LabelSelectorText.Of(
                        map.Cast<DictionaryEntry>().Select(e => KeyValuePair.Create(Text(e.Key) ?? "", Values(e.Value)))
                    );
                }
                catch (NodeManagerException wrong)
                {
                    throw new ArgumentTransformationMetadataException($"{wrong.Message} {wrong.RecommendedAction}", wrong);
                }

            case var other:
                throw new ArgumentTransformationMetadataException(
                    $"A value of type {other.GetType().Name} is not a label selector. Use text ('app=web,tier in (a,b)') or a hashtable (@{{ app = 'web'; tier = 'a','b' }})."
                );
        }
    }

    private static IReadOnlyList<string?> Values(object? value) =>
        Plain(value) is IList list ? [.. list.Cast<object?>().Select(Text)] : [Text(value)];

    private static string? Text(object? value) =>
        Plain(value) switch
        {
            null => null,
            bool flag => flag ? "true" : "false",
            string or char or Enum => Plain(value)!.ToString(),
            IConvertible number => number.ToString(CultureInfo.InvariantCulture),
            var other => throw new ArgumentTransformationMetadataException(
                $"A value of type {other.GetType().Name} is not a label value. Use text, a number, a boolean, or an array of these."
            ),
        };

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
