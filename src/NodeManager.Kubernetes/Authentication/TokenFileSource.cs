namespace NodeManager.Kubernetes.Authentication;

/// <summary>A token that something else renews, in a file: read again when the file changes, every minute, and when it was refused.</summary>
internal sealed class TokenFileSource(string path, TimeProvider time) : CredentialSource(Credential.None)
{
    // A mounted secret is swapped behind a link, which does not change itself.
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Credential? _current;
    private long _read;
    private DateTime _written;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            bool fresh = _current is not null && time.GetElapsedTime(_read) < Trusted && File.GetLastWriteTimeUtc(path) == _written;
            return ValueTask.FromResult(fresh ? _current! : Read());
        }
    }

    public override ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken)
    {
        lock (_lock) return ValueTask.FromResult(ReferenceEquals(_current, refused) ? Read() : _current!);
    }

    private Credential Read()
    {
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            string token = File.ReadAllText(path).Trim();
            if (token.Length == 0) throw new IOException("it is empty");
            if (_current?.Header?.Parameter != token) _current = Credential.Bearer(token);
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In the middle of being renewed; what it held may still do.
            if (_current is null)
                throw new NodeManagerException(
                    ErrorIds.KubeconfigInvalid, ErrorKind.AuthenticationError, $"The token file '{path}' cannot be read: {e.Message}", path,
                    "See that the file exists and that you may read it.", e);
        }

        _read = time.GetTimestamp();
        return _current;
    }
}
