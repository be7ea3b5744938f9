using Xunit.Abstractions;

namespace NodeManager.Windows.Runner;

/// <summary>Writes each result as it comes, so that a crash shows what was running: outcome, class and method, name, and the failure.</summary>
internal sealed class Results(string file) : IMessageSink, IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer = new(file) { AutoFlush = true, NewLine = "\n" };

    public List<ITestCase> Cases { get; } = [];

    public ManualResetEventSlim Discovered { get; } = new();

    public ManualResetEventSlim Finished { get; } = new();

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found:
                Cases.Add(found.TestCase);
                break;
            case IDiscoveryCompleteMessage:
                Discovered.Set();
                break;
            case ITestStarting test:
                Write("start", test.Test);
                break;
            case ITestPassed test:
                Write("pass", test.Test);
                break;
            case ITestSkipped test:
                Write("skip", test.Test, test.Reason);
                break;
            case ITestFailed test:
                Write("fail", test.Test, Describe(test));
                break;
            case ITestAssemblyFinished:
                Finished.Set();
                break;
            // A fixture or an assembly that failed outside of its tests.
            case IFailureInformation failure:
                Write("error", message.GetType().Name, "", Describe(failure));
                break;
        }

        return true;
    }

    public void WriteEnd() => Write("end", "", "", "");

    public void Dispose()
    {
        _writer.Dispose();
        Discovered.Dispose();
        Finished.Dispose();
    }

    private void Write(string outcome, ITest test, string detail = "")
    {
        ITestMethod method = test.TestCase.TestMethod;
        Write(outcome, $"{method.TestClass.Class.Name}.{method.Method.Name}", test.DisplayName, detail);
    }

    private void Write(string outcome, string method, string name, string detail)
    {
        lock (_lock)
            _writer.WriteLine(string.Join('\t', outcome, method, Escape(name), Escape(detail)));
    }

    private static string Describe(IFailureInformation failure) =>
        string.Join(" <- ", failure.ExceptionTypes.Zip(failure.Messages, static (type, text) => $"{type}: {text}"))
        + "\n"
        + failure.StackTraces[0];

    private static string Escape(string text) =>
        string.Concat(
            text.Select(static c =>
                c is '\n' ? "\\n"
                : char.IsControl(c) || char.IsSurrogate(c) ? $"\\x{(int)c:x2}"
                : c.ToString()
            )
        );
}
