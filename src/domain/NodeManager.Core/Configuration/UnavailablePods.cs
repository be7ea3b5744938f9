namespace NodeManager.Core.Configuration;

/// <summary>How many pods of a workload may be unavailable: the values of <see cref="NodeManagerConfiguration.WorkloadMaxUnavailable"/>.</summary>
public static class UnavailablePods
{
    /// <summary>No limit.</summary>
    public const string Off = "Off";

    public const string Pattern = "^(?i:off|[1-9][0-9]{0,8}|(?:100|[1-9]?[0-9])%)$";

    public static bool IsOff(string? text) => string.Equals(text, Off, StringComparison.OrdinalIgnoreCase);

    /// <summary>The values, for messages.</summary>
    public const string Values = "a number from 1, a percentage such as 25%, or Off";
}
