namespace NodeManager.Pipeline;

/// <summary>Converts failures to error records.</summary>
internal static class ErrorRecords
{
    /// <param name="target">The target, if the exception has none.</param>
    public static ErrorRecord From(Exception exception, object? target)
    {
        if (exception is not NodeManagerException failure)
            return Escape(new(exception, exception.GetType().Name, ErrorCategory.NotSpecified, target));

        var record = new ErrorRecord(failure, failure.ErrorId, Map(failure.Kind), failure.Target ?? target);
        if (failure.RecommendedAction is { Length: > 0 } action)
            record.ErrorDetails = new(failure.Message) { RecommendedAction = action };
        return Escape(record);
    }

    // Escapes what hosts show: exceptions may quote a server, and a target is shown by its text.
    private static ErrorRecord Escape(ErrorRecord record)
    {
        string message = DisplayText.EscapeLines(record.Exception.Message);
        if (message != record.Exception.Message)
            record.ErrorDetails ??= new(message);
        record.CategoryInfo.TargetName = DisplayText.Escape(record.CategoryInfo.TargetName);
        return record;
    }

    private static ErrorCategory Map(ErrorKind kind) =>
        kind switch
        {
            ErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
            ErrorKind.InvalidData => ErrorCategory.InvalidData,
            ErrorKind.ObjectNotFound => ErrorCategory.ObjectNotFound,
            ErrorKind.ResourceExists => ErrorCategory.ResourceExists,
            ErrorKind.ResourceUnavailable => ErrorCategory.ResourceUnavailable,
            ErrorKind.ResourceBusy => ErrorCategory.ResourceBusy,
            ErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
            ErrorKind.AuthenticationError => ErrorCategory.AuthenticationError,
            ErrorKind.ConnectionError => ErrorCategory.ConnectionError,
            ErrorKind.SecurityError => ErrorCategory.SecurityError,
            ErrorKind.OperationTimeout => ErrorCategory.OperationTimeout,
            ErrorKind.OperationStopped => ErrorCategory.OperationStopped,
            ErrorKind.InvalidOperation => ErrorCategory.InvalidOperation,
            ErrorKind.ProtocolError => ErrorCategory.ProtocolError,
            ErrorKind.NotImplemented => ErrorCategory.NotImplemented,
            ErrorKind.LimitsExceeded => ErrorCategory.LimitsExceeded,
            _ => ErrorCategory.NotSpecified,
        };
}
