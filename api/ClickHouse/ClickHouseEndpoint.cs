using Microsoft.AspNetCore.Http;
using Sluice.Api.Statements;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>Answers requests of ClickHouse's HTTP protocol. Source: ClickHouse's documentation, HTTP interface.</summary>
internal sealed class ClickHouseEndpoint(ClickHouseOptions options, IClickHouse store)
{
    private const int SyntaxError = 62;
    private const int TooManyStatements = 202;
    private const int AccessDenied = 497;

    private ServerFacts? _facts;
    private int _underWay;

    public async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsPost(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD, POST";
            await SayAsync(http, StatusCodes.Status405MethodNotAllowed, $"{request.Method} is not served here; GET, HEAD and POST are.\n");
            return;
        }

        switch (request.Path.Value)
        {
            case "/ping" or "/replicas_status":
            case "/" when !HttpMethods.IsPost(request.Method) && !request.Query.ContainsKey("query"):
                await SayAsync(http, StatusCodes.Status200OK, "Ok.\n");
                break;
            case "/":
                await RunAsync(http);
                break;
            default:
                await SayAsync(http, StatusCodes.Status404NotFound, "There is nothing here: / takes statements, /ping answers Ok.\n");
                break;
        }
    }

    private static async Task SayAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=UTF-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private async Task RunAsync(HttpContext http)
    {
        try
        {
            if (CallersSite.IsForeign(http.Request))
            {
                throw new ClickHouseException(AccessDenied, "A page of another site may not send statements to the store. (ACCESS_DENIED)", ClickHouseErrorKind.Reject);
            }

            if (Interlocked.Increment(ref _underWay) > options.MaxStatements)
            {
                throw new ClickHouseException(
                    TooManyStatements, $"{options.MaxStatements} statements are under way: try again. (TOO_MANY_SIMULTANEOUS_QUERIES)", ClickHouseErrorKind.Retry);
            }

            await AskAsync(http);
        }
        catch (ClickHouseException e) when (!http.Response.HasStarted)
        {
            await new StatementRefusal(e).ExecuteAsync(http);
        }
        catch (StoreException e) when (!http.Response.HasStarted)
        {
            await new StatementRefusal(new ClickHouseException(0, e.Message, ClickHouseErrorKind.Stop)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more; the store has stopped the statement.
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task AskAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        _facts ??= await ServerFacts.ReadAsync(store, cancel);
        var headers = http.Response.Headers;
        headers["X-ClickHouse-Server-Display-Name"] = _facts.DisplayName;
        headers["X-ClickHouse-Timezone"] = _facts.TimeZone;
        headers["X-ClickHouse-Query-Id"] = Guid.NewGuid().ToString();

        var call = await ClickHouseCall.ReadAsync(http.Request, cancel);
        if (IsHeaderText(call.QueryId)) { headers["X-ClickHouse-Query-Id"] = call.QueryId; }
        if (string.IsNullOrWhiteSpace(call.Sql))
        {
            throw new ClickHouseException(SyntaxError, "Empty query: give a statement in the body or in ?query=. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject);
        }

        var plain = new ClickHouseQuery(call.Sql)
        {
            Format = call.Format,
            Parameters = call.Parameters,
            Database = call.Database,
            MaxDuration = options.QueryTimeout,
        };
        var query = await CallerSettings.ApplyAsync(plain, call.Settings, store, cancel);
        if (query.Settings.TryGetValue("session_timezone", out var zone) && IsHeaderText(zone)) { headers["X-ClickHouse-Timezone"] = zone; }
        await new ClickHouseReply(http, call).SendAsync(store, query);
    }

    private static bool IsHeaderText(string? text) => text is { Length: > 0 and <= 200 } && text.All(c => c is >= ' ' and <= '~');
}
