using System.Collections;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Labels or annotations: a hashtable, or one entry as text, <c>key=value</c>, as a cell of a CSV file has it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EntriesAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is not string text)
            return inputData;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new Hashtable { [text[..equals]] = text[(equals + 1)..] }
            : throw new ArgumentTransformationMetadataException($"'{text}' is not an entry. Use a hashtable, @{{ key = 'value' }}, or the text 'key=value'.");
    }
}
