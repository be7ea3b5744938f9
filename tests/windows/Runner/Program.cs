using System.Reflection;
using NodeManager.Windows.Runner;
using Xunit.Abstractions;
using Xunit.Sdk;

// Runner ASSEMBLY RESULTS [PART-OF-A-NAME]: runs an assembly's tests and writes one line for each to the file RESULTS, and "end" as the last.
if (args is not [var name, var file, .. var filter])
    throw new ArgumentException("Runner ASSEMBLY RESULTS [PART-OF-A-NAME]");

using var results = new Results(file);
var options = new Options();
using var framework = new XunitTestFramework(results);
Assembly assembly = Assembly.Load(name);
using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
discoverer.Find(includeSourceInformation: false, results, options);
results.Discovered.Wait();
using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
executor.RunTests(
    [.. results.Cases.Where(one => Array.TrueForAll(filter, part => one.DisplayName.Contains(part, StringComparison.Ordinal)))],
    results,
    options
);
results.Finished.Wait();
results.WriteEnd();
