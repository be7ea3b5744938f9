using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>
/// Random requests at the embedded service: no answer breaks its schema, no undocumented 5xx, what is valid is not refused, and what is not
/// valid is. <c>NODEMANAGER_POOL_FUZZ</c> sets how many (500), <c>NODEMANAGER_POOL_FUZZ_SEED</c> where the random numbers start (1).
/// </summary>
public sealed class PoolFuzzTests
{
    private readonly List<string> _pools = [];
    private readonly List<string> _clusters = [];

    [Fact]
    public async Task Every_request_follows_the_specification()
    {
        int requests = Setting("NODEMANAGER_POOL_FUZZ", 500),
            seed = Setting("NODEMANAGER_POOL_FUZZ_SEED", 1);
        Random random = new(seed);
        SchemaSamples samples = new(random);
        Dictionary<int, int> codes = [];
        using PoolServer server = new();
        _clusters.Add(server.ClusterId);
        for (int number = 0; number < requests; number++)
        {
            PoolOperation operation = PoolSpecification.Operations[random.Next(PoolSpecification.Operations.Count)];
            // The store stays small, and there is always something to read.
            if (operation.Method == "DELETE" && _pools.Count < 5 && operation.Id == "deleteNodePool")
                continue;
            (string path, string query, byte[]? body, JsonNode? json, bool isKnownId) = Request(operation, random, samples);
            string? user = random.Next(20) == 0 ? samples.Strangeness() : PoolServer.User;
            bool withToken = random.Next(20) > 0;
            PoolAnswer answer;
            string what =
                $"seed {seed}, request {number}: {operation.Method} {path}{query}, user '{user}', token {withToken}, body {(body is null ? "none" : Encoding.UTF8.GetString(body))}";
            try
            {
                answer = await server.AskAsync(operation.Method, path + query, body, user, withToken);
                Judge(operation, answer, query, json, body is not null, isKnownId, user == PoolServer.User, withToken);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{what}\n{failure.Message}", failure);
            }

            codes[answer.Code] = codes.GetValueOrDefault(answer.Code) + 1;
            if (answer.Code == 201)
                (operation.Id == "createCluster" ? _clusters : _pools).Add((string)answer.Json!["id"]!);
            if (answer.Code == 204)
            {
                _pools.RemoveAll(id => path.EndsWith(id, StringComparison.Ordinal));
                // A cluster's pools go with it.
                if (_clusters.RemoveAll(id => path.EndsWith(id, StringComparison.Ordinal)) > 0)
                    _pools.RemoveAll(id => !server.Api.Store.Pools().Any(pool => pool.Id == id));
            }
        }

        // It did go everywhere.
        Assert.Superset(new HashSet<int> { 200, 201, 400, 401, 404 }, codes.Keys.ToHashSet());
    }

    private static void Judge(
        PoolOperation operation,
        PoolAnswer answer,
        string query,
        JsonNode? body,
        bool hasBody,
        bool isKnownId,
        bool hasUser,
        bool hasToken
    )
    {
        // The guide's 409 is an accepted extension; 405 and 404 of unknown paths are HTTP's own.
        bool isDocumented =
            operation.Answers.ContainsKey(answer.Code)
            || (answer.Code == 409 && operation.Id is "createNodePool" or "updateNodePool")
            || (answer.Code == 400 && !operation.IsPublic);
        Assert.True(isDocumented, $"undocumented: {answer}");
        PoolContractTests.Check(operation, answer);
        if (operation.IsPublic)
            return;
        if (!hasToken)
        {
            Assert.Equal(401, answer.Code);
            return;
        }

        if (!hasUser)
        {
            Assert.Equal(400, answer.Code);
            return;
        }

        bool isValid =
            IsValidQuery(operation, query)
            && (operation.Body is null || (hasBody && PoolSpecification.Schema.Validate(body, operation.Body).Count == 0));
        if (!isKnownId)
            Assert.Contains(answer.Code, (int[])[404, 400]);
        else if (!isValid)
            Assert.Equal(400, answer.Code);
        else if (answer.Code == 400)
            Assert.Matches("cluster [^ ]+ does not exist|observed_generation must be from 0", answer.Text);
    }

    private static bool IsValidQuery(PoolOperation operation, string query) =>
        query
            .TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .All(pair =>
            {
                string[] parts = pair.Split('=');
                if (!operation.Query.TryGetValue(parts[0], out JsonObject? parameter))
                    return true;
                string value = Uri.UnescapeDataString(parts[1]);
                if (parameter["enum"] is JsonArray values)
                    return values.Any(one => one!.GetValue<string>() == value);
                return parameter["type"]!.GetValue<string>() != "integer"
                    || (
                        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                        && number >= (parameter["minimum"]?.GetValue<long>() ?? long.MinValue)
                        && number <= (parameter["maximum"]?.GetValue<long>() ?? long.MaxValue)
                    );
            });

    private (string Path, string Query, byte[]? Body, JsonNode? Json, bool IsKnownId) Request(
        PoolOperation operation,
        Random random,
        SchemaSamples samples
    )
    {
        bool isPool = operation.Path.Contains("{nodepoolId}", StringComparison.Ordinal),
            isKnown = true;
        string path = operation.Path;
        if (path.Contains('{', StringComparison.Ordinal))
        {
            List<string> ids = isPool ? _pools : _clusters;
            isKnown = ids.Count > 0 && random.Next(6) > 0;
            // The first cluster stays.
            string id = isKnown
                ? operation.Id == "deleteCluster"
                    ? ids[^1]
                    : ids[random.Next(ids.Count)]
                : random.Next(2) == 0
                    ? Guid.NewGuid().ToString()
                    : "none";
            if (operation.Id == "deleteCluster" && ids.Count == 1)
                (id, isKnown) = ("none", false);
            path = path.Replace("{nodepoolId}", id, StringComparison.Ordinal).Replace("{clusterId}", id, StringComparison.Ordinal);
        }

        List<string> query = [];
        foreach ((string name, JsonObject parameter) in operation.Query)
        {
            if (random.Next(3) > 0)
                continue;
            string value = random.Next(3) == 0 ? samples.Strangeness() : samples.Valid(parameter, PoolSpecification.Definitions).ToString();
            query.Add($"{name}={Uri.EscapeDataString(value.Length > 60 ? value[..60] : value)}");
        }

        if (operation.Body is null)
            return (path, query.Count == 0 ? "" : "?" + string.Join('&', query), null, null, isKnown);
        JsonNode? json = samples.Valid(operation.Body, PoolSpecification.Definitions);
        if (json["cluster_id"] is not null && random.Next(8) > 0)
            json["cluster_id"] = _clusters[random.Next(_clusters.Count)];
        if (json["observed_generation"] is not null && random.Next(4) > 0)
            json["observed_generation"] = 1;
        if (random.Next(2) == 0)
            json = samples.Mutate(json);
        byte[] body = Encoding.UTF8.GetBytes(json?.ToJsonString() ?? "null");
        if (random.Next(15) == 0)
        {
            body = [.. body.Take(random.Next(body.Length))];
            json = Parse(body);
        }

        return (path, query.Count == 0 ? "" : "?" + string.Join('&', query), body, json, isKnown);
    }

    private static JsonNode? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
