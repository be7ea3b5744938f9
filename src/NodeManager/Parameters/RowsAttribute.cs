using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Lets a parameter for objects of a cluster take those that lost their class; see <see cref="ObjectRow"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RowsAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => (object?)ObjectRow.From(inputData) ?? inputData;
}
