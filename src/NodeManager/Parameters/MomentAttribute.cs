using System.Globalization;

namespace NodeManager.Parameters;

/// <summary>
/// A point in time: a DateTimeOffset, a DateTime, their text (<c>2026-11-20T22:00</c>), or a duration from now (see
/// <see cref="DurationAttribute"/>).
/// </summary>
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
            string text
                when text.Contains('-', StringComparison.Ordinal)
                    && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset moment) =>
                moment,
            _ => Ago(engineIntrinsics, inputData),
        };
    }

    private static object? Ago(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            return new DurationAttribute().Transform(engineIntrinsics, inputData);
        }
        catch (ArgumentTransformationMetadataException) when (inputData is string or PSObject { BaseObject: string })
        {
            throw new ArgumentTransformationMetadataException(
                $"'{inputData}' is neither a time nor a duration. Specify a time (2026-11-20T22:00, or a DateTimeOffset), seconds (30), units (500ms, 45s, 5m, 1h30m, 2d), or a TimeSpan."
            );
        }
    }
}
