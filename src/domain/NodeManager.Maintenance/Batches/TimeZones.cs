using System.Runtime.InteropServices;

namespace NodeManager.Maintenance.Batches;

/// <summary>
/// Time zones by IANA names, also on Windows in a process without .NET's globalization, as the server is. Windows has its own zones, and the
/// names are translated by the ICU that is part of it (Windows 10 1903, Windows Server 2022).
/// </summary>
internal static class TimeZones
{
    private const int Capacity = 128;

    private delegate int Translation(char[] translated, ref int status);

    /// <summary>By an IANA name or one of the system's; null if it is not installed.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone))
            return zone;
        return
            OperatingSystem.IsWindows()
            && Translate((char[] into, ref int status) => ToWindows(name, -1, into, Capacity, ref status)) is { } translated
            && TimeZoneInfo.TryFindSystemTimeZoneById(translated, out zone)
            ? zone
            : null;
    }

    /// <summary>The IANA name, which every machine knows; without a translation, the system's name.</summary>
    public static string NameOf(TimeZoneInfo zone) => NameOf(zone, ToIana);

    /// <inheritdoc cref="NameOf(TimeZoneInfo)"/>
    internal static string NameOf(TimeZoneInfo zone, Func<string, string?> toIana) => zone.HasIanaId ? zone.Id : toIana(zone.Id) ?? zone.Id;

    private static string? ToIana(string name)
    {
        if (TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out string? iana))
            return iana;
        return OperatingSystem.IsWindows()
            ? Translate((char[] into, ref int status) => ToIana(name, -1, null, into, Capacity, ref status))
            : null;
    }

    private static string? Translate(Translation translation)
    {
        try
        {
            var translated = new char[Capacity];
            int status = 0,
                length = translation(translated, ref status);
            // Positive statuses are errors, negative ones warnings.
            return status <= 0 && length is > 0 and <= Capacity ? new(translated, 0, length) : null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport(
        "icu.dll",
        CallingConvention = CallingConvention.Cdecl,
        EntryPoint = "ucal_getWindowsTimeZoneID",
        CharSet = CharSet.Unicode,
        ExactSpelling = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int ToWindows(string name, int length, [Out] char[] translated, int capacity, ref int status);

    [DllImport(
        "icu.dll",
        CallingConvention = CallingConvention.Cdecl,
        EntryPoint = "ucal_getTimeZoneIDForWindowsID",
        CharSet = CharSet.Unicode,
        ExactSpelling = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int ToIana(string name, int length, byte[]? region, [Out] char[] translated, int capacity, ref int status);
}
