namespace NodeManager;

/// <summary>The kind of a failure. Each maps to the PowerShell error category of the same or the nearest name.</summary>
public enum ErrorKind
{
    NotSpecified,
    InvalidArgument,
    InvalidData,
    ObjectNotFound,
    ResourceExists,
    ResourceUnavailable,
    ResourceBusy,
    PermissionDenied,
    AuthenticationError,
    ConnectionError,
    SecurityError,
    OperationTimeout,
    OperationStopped,
    InvalidOperation,
    ProtocolError,
    NotImplemented,
    LimitsExceeded,
}
