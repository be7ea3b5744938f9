using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Lets a parameter for cluster objects take those that lost their class; see <see cref="ObjectRow"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RowsAttribute : ArgumentTransformationAttribute
{
    /// <summary>Also accept names, as <see cref="NameText"/>.</summary>
    public bool TakesText { get; init; }

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IConvertible name and not (bool or DateTime) && TakesText
            ? new NameText(name.ToString(CultureInfo.InvariantCulture))
            : (object?)ObjectRow.From(inputData) ?? inputData;
}
