using System.Management.Automation.Host;

namespace NodeManager.Formats;

/// <summary>The size of the host's window.</summary>
internal static class HostWindow
{
    /// <summary>The columns for text; for a file, or without a window, 120.</summary>
    public static int ColumnsOf(PSHost? host)
    {
        // PowerShell leaves the last column of a window empty.
        const int Usual = 120,
            Narrowest = 40;
        return !Console.IsOutputRedirected && Read(host, static window => window.BufferSize.Width) is >= Narrowest and int width
            ? width - 1
            : Usual;
    }

    /// <summary>The rows; null without a window.</summary>
    public static int? RowsOf(PSHost? host) => Read(host, static window => window.WindowSize.Height);

    // Hosts without a window throw.
    private static int? Read(PSHost? host, Func<PSHostRawUserInterface, int> read)
    {
        try
        {
            return host?.UI?.RawUI is { } window ? read(window) : null;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or IOException)
        {
            return null;
        }
    }
}
