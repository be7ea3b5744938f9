using System.Text;
using NodeManager.Server.Options;

namespace NodeManager.Server.Access;

/// <summary>
/// The file that receives the lines of the audit. As for the audit log of the API server, the path always names the current file, and full
/// files are renamed: PATH.1 is the newest of them. Thread-safe.
/// </summary>
internal sealed class AuditFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _gate = new();
    private readonly AuditFileSettings _settings;
    private readonly FileStream _lock;
    private FileStream? _current;

    /// <exception cref="NodeManagerException">AuditFileUnavailable.</exception>
    public AuditFile(AuditFileSettings settings)
    {
        _settings = settings with { Path = Path.GetFullPath(settings.Path) };
        try
        {
            // The file itself stays free for readers: on Unix, .NET has one kind of lock for both.
            _lock = new(_settings.Path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            _current = Open();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _lock?.Dispose();
            throw new NodeManagerException(
                ErrorIds.AuditFileUnavailable,
                ErrorKind.ResourceUnavailable,
                $"The audit file '{settings.Path}' cannot be written: {problem.Message.TrimEnd('.')}.",
                settings.Path,
                "Give --audit-file a path in an existing folder that the server can write to, and each server a file of its own.",
                problem
            );
        }
    }

    /// <summary>Appends a line. The next one retries after a failure.</summary>
    /// <exception cref="IOException">Or UnauthorizedAccessException: the line is not in the file.</exception>
    public void Write(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + '\n');
        lock (_gate)
        {
            try
            {
                if (_current is { Length: > 0 } full && full.Length + bytes.Length > _settings.MaximumBytes)
                    Rotate();
                _current ??= Open();
                _current.Write(bytes);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                Close();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            Close();
        _lock.Dispose();
    }

    private FileStream Open()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            // A line is in the file when its request has ended.
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new(_settings.Path, options);
    }

    private void Rotate()
    {
        Close();
        for (int i = _settings.Count - 1; i > 0; i--)
        {
            string source = i == 1 ? _settings.Path : $"{_settings.Path}.{i - 1}";
            if (File.Exists(source))
                File.Move(source, $"{_settings.Path}.{i}", overwrite: true);
        }

        if (_settings.Count == 1)
            File.Delete(_settings.Path);
    }

    private void Close()
    {
        _current?.Dispose();
        _current = null;
    }
}
