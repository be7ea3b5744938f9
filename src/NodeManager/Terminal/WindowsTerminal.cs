using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NodeManager.Terminal;

/// <summary>A console of Windows 10 or later, which translates keys into the sequences of a terminal.</summary>
internal sealed class WindowsTerminal : RawTerminal
{
    private const int StandardInput = -10;
    private const int StandardOutput = -11;
    private const uint ProcessedLineAndEcho = 0x1 | 0x2 | 0x4;
    private const uint WindowInput = 0x8;
    private const uint TerminalInput = 0x200;
    private const uint TerminalOutput = 0x1 | 0x4 | 0x8;
    private const short KeyRecord = 1;
    private const short SizeRecord = 4;
    private const short AltKey = 0x12;

    private readonly nint _input = GetHandle(StandardInput);
    private readonly nint _output = GetHandle(StandardOutput);
    private readonly uint _inputBefore;
    private readonly uint _outputBefore;
    private readonly EventWaitHandle _keys;
    private readonly InputRecord[] _records = new InputRecord[256];

    // A character may come in two records, and its bytes in two messages.
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public WindowsTerminal()
    {
        if (!GetMode(_input, out _inputBefore) || !GetMode(_output, out _outputBefore))
            throw new IOException("The state of the console cannot be read.");
        SetMode(_input, (_inputBefore & ~ProcessedLineAndEcho) | TerminalInput | WindowInput);
        SetMode(_output, _outputBefore | TerminalOutput);
        _keys = new(false, EventResetMode.ManualReset) { SafeWaitHandle = new SafeWaitHandle(_input, ownsHandle: false) };
    }

    public override int Read(byte[] buffer, CancellationToken cancellationToken)
    {
        if (WaitHandle.WaitAny([_keys, cancellationToken.WaitHandle]) != 0)
            return 0;
        if (!ReadRecords(_input, _records, _records.Length, out int count))
            return -1;
        List<char> text = [];
        foreach (InputRecord record in _records.AsSpan(0, count))
        {
            if (record.Kind == SizeRecord)
                OnResized();
            // A character that was composed of digits comes when Alt is released.
            else if (record.Kind == KeyRecord && record.Character != 0 && (record.IsDown != 0 || record.Key == AltKey))
                text.AddRange(Enumerable.Repeat((char)record.Character, Math.Max((int)record.Repeat, 1)));
        }

        ReadOnlySpan<char> typed = CollectionsMarshal.AsSpan(text);
        _encoder.Convert(typed, buffer, false, out _, out int bytes, out _);
        return bytes;
    }

    public override void Write(ReadOnlySpan<byte> output)
    {
        char[] text = new char[output.Length + 1];
        int length = _decoder.GetChars(output, text, false);
        for (int at = 0; at < length; )
        {
            if (!WriteText(_output, ref text[at], length - at, out int written, 0) || written == 0)
                return;
            at += written;
        }
    }

    public override void Dispose()
    {
        SetMode(_input, _inputBefore);
        SetMode(_output, _outputBefore);
        _keys.Dispose();
    }

    [DllImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetHandle(int which);

    [DllImport("kernel32.dll", EntryPoint = "GetConsoleMode")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool GetMode(nint handle, out uint mode);

    [DllImport("kernel32.dll", EntryPoint = "SetConsoleMode")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetMode(nint handle, uint mode);

    [DllImport("kernel32.dll", EntryPoint = "ReadConsoleInputW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool ReadRecords(nint handle, [Out] InputRecord[] records, int length, out int count);

    [DllImport("kernel32.dll", EntryPoint = "WriteConsoleW", CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool WriteText(nint handle, ref char text, int length, out int written, nint reserved);

    /// <summary>INPUT_RECORD with KEY_EVENT_RECORD.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 20)]
    private struct InputRecord
    {
        [FieldOffset(0)]
        public short Kind;

        [FieldOffset(4)]
        public int IsDown;

        [FieldOffset(8)]
        public short Repeat;

        [FieldOffset(10)]
        public short Key;

        [FieldOffset(14)]
        public ushort Character;
    }
}
