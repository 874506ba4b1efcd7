import TaskCore
import TaskProtocol

/// What each message does.
extension ModelServer {
    mutating func handle(_ event: ModelEvent, _ id: Int) {
        switch event {
        case .broken(let code):
            if connections[id]!.usesNumbers { refuse(code, nil, id) } else { end(id, code) }
        case .classic(let request): answer(request, id)
        case .numbered(let sequence, let request):
            connections[id]!.usesNumbers = true
            answer(request, sequence, id)
        case .refused(let sequence, let code):
            connections[id]!.usesNumbers = true
            refuse(code, sequence, id)
        }
    }

    // MARK: Without a `seq`

    private mutating func answer(_ request: ModelRequest, _ id: Int) {
        switch request {
        case .run(let type, let data, _):
            do throws(ModelQueue.Refusal) {
                let task: Int
                if let type {
                    task = try queue.submit(type, data, key: nil, submitter: id).id
                    start()
                } else {
                    task = try queue.submitFailed(submitter: id)
                }
                reply(#"{"task_id":\#(task)}"#, to: id)
            } catch {
                switch error {
                case .code(let code), .full(let code, _): end(id, code)
                }
            }
        case .status(let task, _):
            guard let known = known(task, id) else { return }
            guard known.submitter == id, !known.state.isFinal else {
                return reply(#"{"status":"\#(known.state.rawValue)"}"#, to: id)
            }
            connections[id]!.held = (newWaiter(id, task), task)
        case .result(let task, _):
            guard let known = known(task, id) else { return }
            reply(classicResult(known), to: id)
            tookResult(task, id)
        case .cancel, .log, .list, .stats, .info: preconditionFailure("not without a seq")
        }
    }

    /// Ends the connection where the task is none that is kept.
    private mutating func known(_ task: Int, _ id: Int) -> ModelTask? {
        if queue.isKnown(task) { return queue[task] }
        end(id, queue.ids.contains(task) ? .expired : .unknownTask)
        return nil
    }

    // MARK: With one

    private mutating func answer(_ request: ModelRequest, _ sequence: Int, _ id: Int) {
        switch request {
        case .run(let type, let data, let key): submit(type, data, key, sequence, id)
        case .status(let task, let wait): ask(task, .status, wait, sequence, id)
        case .result(let task, let wait): ask(task, .result, wait, sequence, id)
        case .log(let task, _, let wait): ask(task, .log, wait, sequence, id)
        case .cancel(let task): cancel(task, sequence, id)
        case .list(let query): reply(#"{"seq":\#(sequence),\#(list(query))}"#, to: id)
        case .stats: reply(#"{"seq":\#(sequence),\#(statistics)}"#, to: id)
        case .info: reply(#"{"seq":\#(sequence),…}"#, to: id)
        }
    }

    private mutating func submit(_ type: ModelType?, _ data: String, _ key: String?, _ sequence: Int, _ id: Int) {
        guard let type else { return refuse(.unknownTaskName, sequence, id) }
        do throws(ModelQueue.Refusal) {
            let (task, isExisting) = try queue.submit(type, data, key: key, submitter: 0)
            start()
            reply(#"{"seq":\#(sequence),\#(submitted(task, isExisting))}"#, to: id)
        } catch {
            switch error {
            case .code(let code): refuse(code, sequence, id)
            case .full(let code, let canEverFit): refuse(code, sequence, id, canEverFit: canEverFit)
            }
        }
    }

    private mutating func ask(
        _ task: Int, _ asked: ModelWait.Question, _ wait: ModelRequest.Wait?, _ sequence: Int, _ id: Int
    ) {
        guard queue.isKnown(task) else {
            return refuse(queue.ids.contains(task) ? .expired : .unknownTask, sequence, id)
        }
        var question = ModelWait(sequence: sequence, task: task, question: asked)
        guard let wait, !queue[task].state.isFinal, wait != .zero else {
            question.timedOut = wait == .zero
            reply(answer(question), to: id)
            return asked == .result ? tookResult(task, id) : ()
        }
        question.isShort = wait == .short
        connections[id]!.waiting.append((newWaiter(id, task, readsLog: asked == .log), question))
    }

    private mutating func cancel(_ task: Int, _ sequence: Int, _ id: Int) {
        guard queue.isKnown(task) else {
            return refuse(queue.ids.contains(task) ? .expired : .unknownTask, sequence, id)
        }
        switch queue[task].state {
        case .waiting:
            queue.end(task, .failure(.cancelled))
            pending += release(task)
        case .execute:
            if queue[task].type == .long {
                endsSoon = true
            } else if startedNow == task {
                isAmbiguous = true
            }
            queue.interrupt(task)
            return ask(task, .status, .endless, sequence, id)
        case .success, .error: break
        }
        ask(task, .status, nil, sequence, id)
    }
}

/// What a test does to the server.
extension ModelServer {
    /// To be called before each step.
    mutating func beginStep() {
        startedNow = nil
        wasResetNow = []
    }

    mutating func connect() {
        accepted += 1
        connections[accepted] = ModelConnection()
    }

    /// - Parameter isInside: whether the bytes end inside a message.
    mutating func receive(_ events: [ModelEvent], isInside: Bool, from id: Int) {
        guard isOpen(id), connections[id]!.ending == nil else { return }
        connections[id]!.isInsideMessage = isInside
        connections[id]!.backlog += events
        settle(id)
        run()
    }

    /// The client has shut down its sending side.
    mutating func endInput(of id: Int) {
        connections[id]!.inputEnded = true
        settle(id)
        run()
    }

    /// The client has closed its socket, with nothing unread.
    mutating func vanish(_ id: Int) {
        let inputHadEnded = connections[id]!.inputEnded
        connections[id]!.hasVanished = true
        if !inputHadEnded { endInput(of: id) }
    }

    /// The client has reset the connection; where its end of sending came before, the server reads no more, and does not notice.
    mutating func reset(_ id: Int) {
        if connections[id]!.inputEnded {
            connections[id]!.hasVanished = true
            connections[id]!.wasReset = true
        } else {
            fail(id)
        }
    }

    /// The function that runs returns.
    mutating func returnFromFunction() {
        guard let id = queue.running, let type = queue[id].type else { return }
        switch type {
        case .gate: endRunning(.success(queue[id].data))
        case .twice: endRunning(.success(queue[id].data + queue[id].data))
        case .broken: endRunning(.failure(.failed))
        case .long: preconditionFailure("it has no function that waits")
        }
        run()
    }

    /// The time of the short waits is over.
    mutating func passTime() {
        for id in connections.keys.sorted() where isOpen(id) {
            let over = connections[id]!.waiting.filter(\.wait.isShort)
            guard !over.isEmpty else { continue }
            connections[id]!.waiting.removeAll(where: \.wait.isShort)
            for (number, wait) in over {
                waiters.removeAll { $0.number == number }
                var wait = wait
                wait.timedOut = true
                connections[id]!.ended.append(wait)
            }
            settle(id)
        }
        run()
    }

    mutating func stop() {
        isStopping = true
        let dropped = queue.drain()
        notify(dropped.flatMap { release($0) })
        if queue.running == nil { leave() }
        run()
    }
}
