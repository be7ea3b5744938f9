using System.Globalization;
using NodeManager.Core.Configuration;

namespace NodeManager.Parameters;

/// <summary>
/// Parses durations: a number or numeric text is seconds; <c>5m</c>, <c>1h30m</c>, <c>2d</c>; a TimeSpan or its text with colons.
/// PowerShell alone would read 30 as 3 microseconds and '30' as 30 days.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            return (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
            {
                null => null,
                string text => DurationReader.Read(text.Trim()),
                var value => DurationReader.Read(value, LiteralOf(inputData, value)),
            };
        }
        catch (FormatException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message);
        }
    }

    /// <exception cref="NodeManagerException">InvalidDuration: negative.</exception>
    internal static void RequireNotNegative(string parameter, TimeSpan? value)
    {
        if (value < TimeSpan.Zero)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidDuration,
                ErrorKind.InvalidArgument,
                $"-{parameter} is negative ({value}); a duration is zero or more.",
                value,
                "Specify seconds (30), or a duration such as 5m or 1h30m."
            );
        }
    }

    // PowerShell passes a literal such as 1d, 5l or 0x10 as an object that converts to the typed text.
    private static string? LiteralOf(object input, object value)
    {
        if (input is not PSObject wrapped || value is not (IConvertible and IFormattable number))
            return null;
        string text = LanguagePrimitives.ConvertTo<string>(wrapped);
        return text == number.ToString(null, CultureInfo.InvariantCulture) ? null : text;
    }
}
