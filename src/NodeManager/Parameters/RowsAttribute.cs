using System.Globalization;

namespace NodeManager.Parameters;

/// <summary>Lets a parameter for cluster objects accept what CSV, JSON and CLIXML make of them; see <see cref="ObjectRow"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RowsAttribute : ArgumentTransformationAttribute
{
    /// <summary>Also accept names, as <see cref="NameText"/>.</summary>
    public bool TakesText { get; init; }

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (TakesText && value is IConvertible and not (bool or DateTime))
            return new NameText(Convert.ToString(value, CultureInfo.InvariantCulture)!);
        return ObjectRow.From(inputData) is { } row ? row : inputData;
    }
}
