using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>A point in time: a DateTimeOffset, a DateTime, their text (<c>2026-11-20T22:00</c>), or a duration from now as <see cref="DurationAttribute"/> reads it.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class MomentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            DateTimeOffset moment => moment,
            DateTime moment => new DateTimeOffset(moment),
            string text when text.Contains('-', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset moment) => moment,
            _ => new DurationAttribute().Transform(engineIntrinsics, inputData),
        };
    }
}
