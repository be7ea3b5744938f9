using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Parameters;

/// <summary>Memory in bytes (<c>64GB</c> is a number in PowerShell), or as a quantity: <c>64Gi</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MemoryAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text
        && Quantity.TryParse(text, out Quantity quantity)
        && quantity.Value is >= 0 and <= long.MaxValue
            ? (long)quantity.Value
            : inputData;
}
