using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace NodeManager.Server;

/// <summary>
/// Sets a console of Windows to UTF-8 and to escape sequences for colors until dispose. By default, it has a code page without most
/// characters, and may print the sequences.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsConsole : IDisposable
{
    private const int StandardOutput = -11;
    private const uint VirtualTerminal = 4;

    private readonly Encoding _before = Console.OutputEncoding;
    private readonly IntPtr _handle = GetStdHandle(StandardOutput);
    private readonly uint? _mode;

    public WindowsConsole()
    {
        // Redirected output is UTF-8 as well, as on other platforms.
        Console.OutputEncoding = new UTF8Encoding(false);
        if (!GetConsoleMode(_handle, out uint mode))
            return;
        _mode = mode;
        HasColor = SetConsoleMode(_handle, mode | VirtualTerminal);
    }

    public bool HasColor { get; }

    public void Dispose()
    {
        if (_mode is { } mode)
            SetConsoleMode(_handle, mode);
        Console.OutputEncoding = _before;
    }

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr GetStdHandle(int handle);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetConsoleMode(IntPtr handle, out uint mode);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleMode(IntPtr handle, uint mode);
}
