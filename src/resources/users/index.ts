export { insertUser, listUsers, setUserRole, setUserStatus, USER_STATUSES, type User } from './user.store.ts'
